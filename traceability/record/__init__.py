"""Records: the lines of a signed batch, one kind of data each.

One result leaves the line as several records that share its id (verdict, measurements, pictures, association), so
that each kind can be shared or withheld, and proved, by itself. Records hold integers and text only: measured values
are integers with a number of decimals, money is decimal text; no floating point number is ever signed.
"""
