/*
 * kernel.h: what the kernel templates (kernel_*.inc) share.
 */
#pragma once

#include "base/raise.h"
#include "type/types.h"

#define JOIN_TOKENS(a, b) a##_##b
#define JOIN(a, b) JOIN_TOKENS(a, b)

/* Faults of a vector are collected with "or"; the lowest bit set is the one raised. */
enum kernel_fault {
    KERNEL_DIVISION_BY_ZERO = 1,
    KERNEL_OVERFLOW = 2,
    KERNEL_UNDERFLOW = 4,
};
