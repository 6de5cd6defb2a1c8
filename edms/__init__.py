"""The electronic document management system: everything that people do with official documents.

One folder (slice) per thing that users name; `docs/architecture.md` has the map. Beside the slices: `config` the settings,
`bootstrap` the composition root, `app` the Flask factory, `problems` how errors are shown, `cli`, `worker`, `migrations`.
"""
