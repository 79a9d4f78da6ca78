"""How much is said, by how many, and how soon people are answered and helped: figures by day, kept as it happens."""
