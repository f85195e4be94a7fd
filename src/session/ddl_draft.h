/*
 * Refuses to `what` ("rename", "drop") a column that stored expressions or views read by name:
 * checks, defaults, generated columns, expression indexes of the table, and views over it.
 */
void ddl_refuse_named_use(struct session *session, const struct table *table, attr_no attr,
                          const char *what);
