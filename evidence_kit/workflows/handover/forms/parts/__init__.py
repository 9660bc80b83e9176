"""Parts that several forms of export share and that are loaded only when one of them is written.

In: the contents of an export. Out: conversations, demands and exhibits as `timeline` and `case-uco` tell them. They lie
apart since every module of the folder above is loaded to find the forms.
"""
