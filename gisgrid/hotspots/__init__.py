"""Where trouble gathers, whether that is more than chance, and where patrols should go.

Arrays in, arrays out: nothing here knows a database, a file or a page.
"""
