"""Character cards and lorebooks as files: pure reading, writing and mapping. Nothing here touches rows or pages."""
