"""A local web page over a folder of .eml files: each e-mail as its reader sees it."""
