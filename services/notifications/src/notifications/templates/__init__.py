"""What is said: a file for each kind of message and language, English (`.en`) and Welsh (`.cy`) side by side.

Each file has a head that declares its state and its variables, and the blocks `sms`, `subject` and `email`.
"""
