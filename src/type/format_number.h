/*
 * format_number.h: the templates of numbers: what their patterns say together. For the files
 * format_number*.c.
 */
#pragma once

#include "type/format.h"

enum sign_place { SIGN_NOWHERE, SIGN_BEFORE, SIGN_AFTER };

/* What a template of a number says as a whole. */
struct number_format {
    struct template template;
    int32_t before, after; /* places before and behind the point */
    int32_t shift;         /* places behind V */
    int32_t zero_start;    /* 1-based place of the first 0; 0: there is none before the point */
    int32_t zero_end;      /* the last place that a 0 stands at */
    bool has_zero, has_point, is_filled, is_blank, has_bracket, has_minus, has_plus, is_roman,
        is_scaled, is_scientific;
    enum sign_place sign_place; /* of S */
    int32_t places_before_sign; /* of S, before the point */
};

/* Raises 42601 if patterns do not go together. */
struct number_format number_format_of(struct arena *arena, struct slice text);
