"""From hostile sources to items: walking, reading, sniffing, looking into containers.

In: folders, files and streams that nobody vouches for. Out: the bytes of each item once, its type, and its members.
"""
