"""ANSI MH10.8.2 data identifiers: which there are, and the form of those whose form is definite. Facts only.

Source: the maintained list of ANSI MH10.8.2, to which ISO/IEC 15418 refers. A data identifier is a letter with up to
three digits before it; 0 here stands for no digits.
"""

# letter: the numbers that may stand before it
KNOWN = """
B 0-5 7-31 55
C 0-5
D 0-28
E 0-6 10-13
F 0-1 3-5
H 0-12 15 25-26
I 0 2 4-5
J 0-8
K 0-22 25-27
L 0-9 11-13 15-18 20-36 51-52 54-55
M 10-14
N 0-1 3-12 15
P 0-34 40 49-55
Q 0-9 11-32
R 1-2 4-9
S 0-28 30-37 42-43 50-54 96-97
T 0-1 3 20-27 30-34
U 5-6 15-19 55
V 0-25
W 0-6 10-12
Z 0-4 10-99
"""

# form: the identifiers that have it. Forms: n digits, a capital letters, an both, with the length or its limits behind
# them; an+ allows a plus sign, an- hyphen and slash, too; others name a date or a code by its usual name.
FORMS = """
n1: 12B
n5: 13B 29P
n9: 2H 8J 2V 3V
n14: 8P
n13-14: 3P
n18: 8S
n9-13: 12V 13V 14V
n7-12: 27P
n10-12: 7H
n4-6: 8Q 11Q
n6-26: 24S
n14-26: 43S
n1-2: 4E 5E
a2: E 4L 32L
an2: 20B 3Q 9R
an3: 8B 12H
an4: 9B 10B 16B 4R 22V
an5: 17V 25V
an10: 11P
an12: 23S
an18: 19B
an6: 7L
an1-3: 7R
an1-9: 30L 51L 52L 54L 55L
an1-10: 8R
an1-20: 5J 6J 50S 51S 52S 53S 54S
an1-35: 17B 25B 6H J 1J 2J 3J 4J 27K 25L 28L 29L 54P 26S 21V
an2-30: 2S
an2-35: 30B
an3-9: 49P
an3-22: 15H
an3-35: 8H 26H 50P 32Q
an4-11: 31L
an4-25: 97S
an5-16: 13K
an5-22: 9N
an5-29: 12K
an6-35: 31B
an10-12: 9H
an10-15: 10V
an13-15: N
an16-26: 96S
an-6-25: 18S
an+1-60: 26B
an+20-50: 27B 28B
an+3-60: 37S
an1-100: 28P
yymmdd: D
yyyymmdd: 12D 14D 16D 25D 26D 27D
yyww: 10D
yyddd: 4D
imo: 18B
container: 7B
vin: I
"""
