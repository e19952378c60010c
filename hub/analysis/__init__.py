"""What do these units have in common, how long do they last in the field, and what is to be expected of them?"""
