"""What any room may use: frozen values, lazy imports, tables, files, progress bars."""
