"""Acceptance sampling by ISO 2859-1 (GB/T 2828.1), ISO 2859-3 and ISO 3951-1: plans, switching, curves, skip-lot.

``letters`` lot size and level to code letter; ``attributes`` single and ``double`` plans; ``switching`` normal,
tightened, reduced, discontinued; ``curve`` what a plan lets through; ``variables`` plans on measurements;
``skip_lot`` when a lot need not be sampled.
"""
