"""Provisions and routes as data, each with its source and the day of its check; nothing concludes."""
