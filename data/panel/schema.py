"""The one table that all sales become: the names of its columns."""

DATE, STORE, ITEM, SALES = COLUMNS = ("date", "store", "item", "sales")
