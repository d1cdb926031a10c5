from lineage.models.basket import BasketItem
from lineage.models.descent import Descent
from lineage.models.due import Due, Ring
from lineage.models.holding import Holding
from lineage.models.run import Deviation, Pin, RunOf
from lineage.models.trace import Trace

__all__ = ["BasketItem", "Descent", "Deviation", "Due", "Holding", "Pin", "Ring", "RunOf", "Trace"]
