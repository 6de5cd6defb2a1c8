"""The shell only: layout, navigation, static assets, formats and translations. Pages live in their slices."""
