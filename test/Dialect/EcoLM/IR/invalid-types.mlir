// RUN: ecolm-opt %s --split-input-file --verify-diagnostics

// expected-error @+1 {{expected -126 <= min <= max <= 127, but found min = -127 and max = 0}}
func.func private @pot_below(!ecolm.pot<min = -127, max = 0>)

// -----

// expected-error @+1 {{expected -126 <= min <= max <= 127, but found min = 0 and max = 128}}
func.func private @pot_above(!ecolm.pot<min = 0, max = 128>)

// -----

// expected-error @+1 {{expected -126 <= min <= max <= 127, but found min = 1 and max = 0}}
func.func private @pot_order(!ecolm.pot<min = 1, max = 0>)

// -----

// expected-error @+1 {{expected 1 to 4 terms, but found 0}}
func.func private @pot_no_terms(!ecolm.pot<min = 0, max = 1, terms = 0>)

// -----

// expected-error @+1 {{expected 1 to 4 terms, but found 5}}
func.func private @pot_many_terms(!ecolm.pot<min = 0, max = 1, terms = 5>)

// -----

// expected-error @+1 {{expected lanes to be 0 or a power of two up to 128, but found 12}}
func.func private @lanes_power(tensor<8x8x!ecolm.ternary, #ecolm.packed<bytes, lanes = 12>>)

// -----

// expected-error @+1 {{expected lanes to be 0 or a power of two up to 128, but found 256}}
func.func private @lanes_many(tensor<8x8x!ecolm.ternary, #ecolm.packed<bytes, lanes = 256>>)

// -----

// expected-error @+1 {{expected lanes to be 0 or a power of two up to 128, but found -16}}
func.func private @lanes_negative(tensor<8x8x!ecolm.ternary, #ecolm.packed<bytes, lanes = -16>>)

// -----

// expected-error @+1 {{expected depth 1 or 4, but found 2}}
func.func private @depth_two(tensor<8x8x!ecolm.ternary, #ecolm.packed<codes2, lanes = 16, depth = 2>>)

// -----

// expected-error @+1 {{expected lanes of codes2, base3, nibbles or plain bytes for depth 4}}
func.func private @depth_without_lanes(tensor<8x8x!ecolm.ternary, #ecolm.packed<codes2, lanes = 0, depth = 4>>)

// -----

// expected-error @+1 {{expected lanes of codes2, base3, nibbles or plain bytes for depth 4}}
func.func private @depth_of_planes(tensor<8x8x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16, depth = 4>>)

// -----

// expected-error @+1 {{expected elements of i8 for plain tiles, but found 'f32'}}
func.func private @depth_of_floats(tensor<8x8xf32, #ecolm.packed<plain, lanes = 16, depth = 4>>)

// -----

// expected-error @+1 {{expected a matrix for depth 4, but found rank 4}}
func.func private @depth_of_factor(tensor<4x4x4x1x!ecolm.ternary, #ecolm.packed<codes2, lanes = 16, depth = 4>>)

// -----

// expected-error @+1 {{expected chunks of an even number of vectors for packing halves}}
func.func private @halves_in_lanes(tensor<1x2x2x16x!ecolm.pot<min = 0, max = 3>, #ecolm.packed<halves, lanes = 16>>)

// -----

// expected-error @+1 {{expected powers of two of one term and at most 127 exponents, for packing partners, but found 'f32'}}
func.func private @partners_of_floats(tensor<1x2x2x16xf32, #ecolm.packed<partners, lanes = 16 in chunks of 2, 16 apart>>)

// -----

// expected-error @+1 {{expected chunks for packing planes3}}
func.func private @planes_in_lanes(tensor<1x2x2x16x!ecolm.ternary, #ecolm.packed<planes3, lanes = 16>>)

// -----

// expected-error @+1 {{expected chunks for packing float_partners}}
func.func private @floats_in_lanes(tensor<1x2x2x16x!ecolm.pot<min = 0, max = 3>, #ecolm.packed<float_partners, lanes = 16>>)

// -----

// expected-error @+1 {{expected lanes of depth 1, and at least one vector, for chunks}}
func.func private @chunks_without_lanes(tensor<1x2x2x8xf32, #ecolm.packed<plain in chunks of 2, 8 apart>>)

// -----

// expected-error @+1 {{expected a factor of 2 by 2 blocks with partners in chunks of 2 vectors, 16 apart}}
func.func private @chunks_of_matrix(tensor<32x32xf32, #ecolm.packed<plain, lanes = 16 in chunks of 2, 16 apart>>)

// -----

// expected-error @+1 {{expected a factor of 2 by 2 blocks with partners in chunks of 2 vectors, 32 apart}}
func.func private @partner_elsewhere(tensor<4x2x2x16xf32, #ecolm.packed<plain, lanes = 16 in chunks of 2, 32 apart>>)

// -----

// expected-error @+1 {{expected at least 8 lanes for bitplanes, but found 0}}
func.func private @bitplanes_lanes(tensor<8x8x!ecolm.ternary, #ecolm.packed<bitplanes>>)

// -----

// expected-error @+1 {{expected ternary elements, integers of 2 or 4 bits, or powers of two of one term and at most 127 exponents, for packing bytes, but found 'f32'}}
func.func private @packed_bytes(tensor<8xf32, #ecolm.packed<bytes>>)

// -----

// expected-error @+1 {{expected ternary elements, integers of 2 or 4 bits, or powers of two of one term and at most 127 exponents, for packing bytes, but found '!ecolm.pot<min = 0, max = 7, terms = 2>'}}
func.func private @packed_bytes_terms(tensor<8x!ecolm.pot<min = 0, max = 7, terms = 2>, #ecolm.packed<bytes>>)

// -----

// expected-error @+1 {{expected ternary elements, integers of 2 or 4 bits, or powers of two of one term and at most 127 exponents, for packing bytes, but found '!ecolm.pot<min = 0, max = 127>'}}
func.func private @packed_bytes_exponents(tensor<8x!ecolm.pot<min = 0, max = 127>, #ecolm.packed<bytes>>)

// -----

// expected-error @+1 {{expected ternary elements or i2 for packing codes2, but found 'i8'}}
func.func private @packed_codes2(tensor<8xi8, #ecolm.packed<codes2>>)

// -----

// expected-error @+1 {{expected ternary elements for packing base3, but found '!ecolm.pot<min = 0, max = 6>'}}
func.func private @packed_base3(tensor<8x!ecolm.pot<min = 0, max = 6>, #ecolm.packed<base3>>)

// -----

// expected-error @+1 {{expected ternary elements for packing bitplanes, but found 'f32'}}
func.func private @packed_bitplanes(tensor<8x8xf32, #ecolm.packed<bitplanes, lanes = 16>>)

// -----

// expected-error @+1 {{expected i4, or powers of two of one term and at most 16 codes, for packing nibbles, but found '!ecolm.pot<min = 0, max = 7>'}}
func.func private @packed_nibbles(tensor<8x!ecolm.pot<min = 0, max = 7>, #ecolm.packed<nibbles>>)

// -----

// expected-error @+1 {{expected float or integer elements of whole bytes for packing plain, but found '!ecolm.ternary'}}
func.func private @packed_plain(tensor<8x!ecolm.ternary, #ecolm.packed<plain>>)

// -----

// expected-error @+1 {{expected float or integer elements of whole bytes for packing plain, but found 'i4'}}
func.func private @packed_plain_i4(tensor<8xi4, #ecolm.packed<plain>>)

// -----

// expected-error @+1 {{expected ternary elements or i2 for packing codes2, but found 'i4'}}
func.func private @packed_codes2_i4(tensor<8xi4, #ecolm.packed<codes2>>)

// -----

// expected-error @+1 {{expected i4, or powers of two of one term and at most 16 codes, for packing nibbles, but found 'i2'}}
func.func private @packed_nibbles_i2(tensor<8xi2, #ecolm.packed<nibbles>>)

// -----

// expected-error @+1 {{expected a static shape for a packed tensor, but found a dynamic one}}
func.func private @packed_dynamic(tensor<?x8x!ecolm.ternary, #ecolm.packed<codes2>>)

// -----

// expected-error @+1 {{expected rank 2, 4 or 5 for a tensor packed in lanes, but found rank 1}}
func.func private @packed_rank(tensor<8x!ecolm.ternary, #ecolm.packed<codes2, lanes = 16>>)

// -----

// expected-error @+1 {{expected -126 <= min <= max <= 127, but found min = 1 and max = 0}}
module attributes {test.quantizer = #ecolm.log_quantizer<min = 1, max = 0>} {}

// -----

// expected-error @+1 {{expected -126 <= min <= max <= 127, but found min = -127 and max = 0}}
module attributes {test.quantizer = #ecolm.log_quantizer<min = -127, max = 0>} {}
