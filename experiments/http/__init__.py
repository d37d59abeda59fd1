"""What applies to every request and response, pages and API alike: bodies, uploads, caching."""
