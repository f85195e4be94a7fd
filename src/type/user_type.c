/*
 * user_type.c: see user_type.h.
 */
#include "type/user_type.h"

void
user_type_init_array(struct user_type *type, oid array, const char *array_name)
{
    type->array = *types_builtin(TYPE_INT8_ARRAY);
    type->array.type = array;
    type->array.element = type->info.type;
    type->array.name = array_name;
    type->array.sql_name = NULL;
    type->array.align = type->info.align == 'd' ? 'd' : 'i';
    type->array.is_collatable = type->info.is_collatable;
    type->array.delimiter = type->info.delimiter;
    type->info.array = array;
}
