"""The same training in Spark, where one machine is too small: counts, neighbours and factors there, choosing and the trees on the driver."""
