"""How dense events lie: bins for files, surfaces and pictures for maps, to ten million of them."""
