"""The facts that Limber's services tell each other, one module per owner.

A contract holds fields and their meaning: no enums, no tables, no logic. It only gains fields with defaults;
anything else is a new major version beside the old one. Codes are open strings, listed in `catalogue`.
"""
