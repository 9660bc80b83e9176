"""From hostile sources to items: walking, reading, sniffing, looking into containers."""
