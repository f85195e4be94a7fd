#!/usr/bin/env python3
"""Prints the powers of ten that float_text.c multiplies with: the 128 leading bits of 10^k, rounded
up, for k from -292 to 324, as pairs of 64-bit words, the high one first."""

FIRST, LAST = -292, 324


def leading_bits(k):
    numerator, denominator = (10**k, 1) if k >= 0 else (1, 10**-k)
    shift = 128 - (numerator.bit_length() - denominator.bit_length())
    scaled = (numerator << shift if shift >= 0 else numerator, denominator if shift >= 0
              else denominator << -shift)
    bits = -(-scaled[0] // scaled[1])
    if scaled[0] // scaled[1] >= 1 << 128:
        bits = -(-scaled[0] // (scaled[1] * 2))
    elif scaled[0] // scaled[1] < 1 << 127:
        bits = -(-scaled[0] * 2 // scaled[1])
    return bits


print(f"#define POW10_FIRST ({FIRST})")
print("static const uint64_t pow10_words[][2] = {")
for k in range(FIRST, LAST + 1):
    bits = leading_bits(k)
    assert 1 << 127 <= bits < 1 << 128
    print(f"    {{UINT64_C(0x{bits >> 64:016x}), UINT64_C(0x{bits & (1 << 64) - 1:016x})}},")
print("};")
