"""What we say: the message library, choice without repeats, rendering, segments and lint.

Pure: nothing here knows a database, a clock, a setting or Flask. Folders come in as arguments.
"""
