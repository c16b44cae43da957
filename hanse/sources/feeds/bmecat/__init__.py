"""BMEcat 1.2 to 2005.2, the catalog format of German industry and trade; read leniently, with a list of what strays from it.

Both namings (ARTICLE and PRODUCT) and all namespaces are understood by local names alone.
"""
