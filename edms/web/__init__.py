"""The shell only: layout, navigation, static assets, formats and translations. Pages live in their slices.

`shell` installs it all · `formats` how values look · `translations` the second language · `assets` style sheet, script and
pictures · `templates/layout.html` the frame, `templates/components.html` the building blocks, `templates/problem.html` the
page of a refusal.
"""
