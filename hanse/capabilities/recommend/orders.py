"""Reading orders."""

from hanse.base.context import Context
from hanse.capabilities.recommend.baskets import Baskets


async def read(context: Context) -> Baskets:
    raise NotImplementedError
