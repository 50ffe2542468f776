"""The record: PostGIS. The private server, the tables, and one module of queries per noun."""
