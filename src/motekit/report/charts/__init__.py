"""Charts as geometry. Markup is in the templates; here numbers become places in per cent."""
