"""§1 and §2 of the paper: graphs, walks, mixing time of one head and of several."""
