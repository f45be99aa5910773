// RUN: ecolm-opt --expand-fused-operators --split-input-file %s | FileCheck %s

// What is refused stays, and says why.

// CHECK-LABEL: func @statistics_of_skiplayernormalization
// CHECK:         "SkipLayerNormalization"
// CHECK-SAME:    ecolm.refusal = "has statistics that somebody reads"
func.func @statistics_of_skiplayernormalization(%a: tensor<2x3x8xf32>, %ab: tensor<2x3x8xf32>, %ag: tensor<8xf32>) -> (tensor<2x3x8xf32>, tensor<2x3x1xf32>) {
  %y:2 = onnx.node "SkipLayerNormalization"(%a, %ab, %ag) {domain = "com.microsoft", opset = 1 : i64} : (tensor<2x3x8xf32>, tensor<2x3x8xf32>, tensor<8xf32>) -> (tensor<2x3x8xf32>, tensor<2x3x1xf32>)
  return %y#0, %y#1 : tensor<2x3x8xf32>, tensor<2x3x1xf32>
}

// -----

// CHECK-LABEL: func @statistics_of_skipsimplifiedlayernormalization
// CHECK:         "SkipSimplifiedLayerNormalization"
// CHECK-SAME:    ecolm.refusal = "has statistics that somebody reads"
func.func @statistics_of_skipsimplifiedlayernormalization(%a: tensor<2x3x8xf32>, %ab: tensor<2x3x8xf32>, %ag: tensor<8xf32>) -> (tensor<2x3x8xf32>, tensor<2x3x1xf32>) {
  %y:2 = onnx.node "SkipSimplifiedLayerNormalization"(%a, %ab, %ag) {domain = "com.microsoft", opset = 1 : i64} : (tensor<2x3x8xf32>, tensor<2x3x8xf32>, tensor<8xf32>) -> (tensor<2x3x8xf32>, tensor<2x3x1xf32>)
  return %y#0, %y#1 : tensor<2x3x8xf32>, tensor<2x3x1xf32>
}

// -----

// CHECK-LABEL: func @statistics_of_simplifiedlayernormalization
// CHECK:         "SimplifiedLayerNormalization"
// CHECK-SAME:    ecolm.refusal = "has statistics that somebody reads"
func.func @statistics_of_simplifiedlayernormalization(%a: tensor<2x3x8xf32>, %ag: tensor<8xf32>) -> (tensor<2x3x8xf32>, tensor<2x3x1xf32>) {
  %y:2 = onnx.node "SimplifiedLayerNormalization"(%a, %ag) {domain = "com.microsoft", opset = 1 : i64} : (tensor<2x3x8xf32>, tensor<8xf32>) -> (tensor<2x3x8xf32>, tensor<2x3x1xf32>)
  return %y#0, %y#1 : tensor<2x3x8xf32>, tensor<2x3x1xf32>
}

// -----

// CHECK-LABEL: func @mask_index
// CHECK:         "EmbedLayerNormalization"
// CHECK-SAME:    ecolm.refusal = "has a mask index without a mask"
func.func @mask_index(%a: tensor<2x3xi32>, %aw: tensor<9x8xf32>, %ag: tensor<8xf32>) -> (tensor<2x3x8xf32>, tensor<2xi32>) {
  %none = onnx.none : none
  %y:2 = onnx.node "EmbedLayerNormalization"(%a, %none, %aw, %aw, %none, %ag, %ag) {domain = "com.microsoft", opset = 1 : i64} : (tensor<2x3xi32>, none, tensor<9x8xf32>, tensor<9x8xf32>, none, tensor<8xf32>, tensor<8xf32>) -> (tensor<2x3x8xf32>, tensor<2xi32>)
  return %y#0, %y#1 : tensor<2x3x8xf32>, tensor<2xi32>
}

// -----

// CHECK-LABEL: func @three_bits
// CHECK:         "MatMulNBits"
// CHECK-SAME:    ecolm.refusal = "expects N, K and block_size from 1 to 2^24, and 2, 4 or 8 bits"
func.func @three_bits(%a: tensor<2x16xf32>) -> tensor<2x3xf32> {
  %c0 = onnx.initializer "c0" dense<17> : tensor<3x1x8xui8>
  %c1 = onnx.initializer "c1" dense<0.5> : tensor<3xf32>
  %y = onnx.node "MatMulNBits"(%a, %c0, %c1) {attrs = {K = 16 : i64, N = 3 : i64, bits = 3 : i64, block_size = 16 : i64}, domain = "com.microsoft", opset = 1 : i64} : (tensor<2x16xf32>, tensor<3x1x8xui8>, tensor<3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: func @order
// CHECK:         "MatMulNBits"
// CHECK-SAME:    ecolm.refusal = "has an order of groups (g_idx)"
func.func @order(%a: tensor<2x16xf32>) -> tensor<2x3xf32> {
  %none = onnx.none : none
  %c0 = onnx.initializer "c0" dense<17> : tensor<3x1x8xui8>
  %c1 = onnx.initializer "c1" dense<0.5> : tensor<3xf32>
  %c2 = onnx.initializer "c2" dense<0> : tensor<16xi32>
  %y = onnx.node "MatMulNBits"(%a, %c0, %c1, %none, %c2) {attrs = {K = 16 : i64, N = 3 : i64, bits = 4 : i64, block_size = 16 : i64}, domain = "com.microsoft", opset = 1 : i64} : (tensor<2x16xf32>, tensor<3x1x8xui8>, tensor<3xf32>, none, tensor<16xi32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: func @not_stored
// CHECK:         "MatMulNBits"
// CHECK-SAME:    ecolm.refusal = "expects a stored matrix and stored scales"
func.func @not_stored(%a: tensor<2x16xf32>, %aq: tensor<3x1x8xui8>) -> tensor<2x3xf32> {
  %c0 = onnx.initializer "c0" dense<0.5> : tensor<3xf32>
  %y = onnx.node "MatMulNBits"(%a, %aq, %c0) {attrs = {K = 16 : i64, N = 3 : i64, bits = 4 : i64, block_size = 16 : i64}, domain = "com.microsoft", opset = 1 : i64} : (tensor<2x16xf32>, tensor<3x1x8xui8>, tensor<3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: func @too_few_scales
// CHECK:         "MatMulNBits"
// CHECK-SAME:    ecolm.refusal = "has a matrix or scales that do not fit N, K and block_size"
func.func @too_few_scales(%a: tensor<2x16xf32>) -> tensor<2x3xf32> {
  %c0 = onnx.initializer "c0" dense<17> : tensor<3x1x8xui8>
  %c1 = onnx.initializer "c1" dense<0.5> : tensor<2xf32>
  %y = onnx.node "MatMulNBits"(%a, %c0, %c1) {attrs = {K = 16 : i64, N = 3 : i64, bits = 4 : i64, block_size = 16 : i64}, domain = "com.microsoft", opset = 1 : i64} : (tensor<2x16xf32>, tensor<3x1x8xui8>, tensor<2xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: func @too_few_zeros
// CHECK:         "MatMulNBits"
// CHECK-SAME:    ecolm.refusal = "has zero points that are not stored, or do not fit N, K and block_size"
func.func @too_few_zeros(%a: tensor<2x16xf32>) -> tensor<2x3xf32> {
  %c0 = onnx.initializer "c0" dense<17> : tensor<3x1x8xui8>
  %c1 = onnx.initializer "c1" dense<0.5> : tensor<3xf32>
  %c2 = onnx.initializer "c2" dense<7> : tensor<2xui8>
  %y = onnx.node "MatMulNBits"(%a, %c0, %c1, %c2) {attrs = {K = 16 : i64, N = 3 : i64, bits = 4 : i64, block_size = 16 : i64}, domain = "com.microsoft", opset = 1 : i64} : (tensor<2x16xf32>, tensor<3x1x8xui8>, tensor<3xf32>, tensor<2xui8>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: func @mask_of_starts
// CHECK:         "MultiHeadAttention"
// CHECK-SAME:    ecolm.refusal = "has a mask that is neither lengths nor of two or three dimensions"
func.func @mask_of_starts(%a: tensor<2x3x8xf32>, %am: tensor<4xi32>) -> tensor<2x3x8xf32> {
  %none = onnx.none : none
  %y = onnx.node "MultiHeadAttention"(%a, %a, %a, %none, %am) {attrs = {num_heads = 2 : i64}, domain = "com.microsoft", opset = 1 : i64} : (tensor<2x3x8xf32>, tensor<2x3x8xf32>, tensor<2x3x8xf32>, none, tensor<4xi32>) -> tensor<2x3x8xf32>
  return %y : tensor<2x3x8xf32>
}

// -----

// Packed for two heads, and read by four.
// CHECK-LABEL: func @packed
// CHECK:         "MultiHeadAttention"
// CHECK-SAME:    ecolm.refusal = "expects queries, keys and values of three dimensions, or packed in five, or keys and values in four"
func.func @packed(%a: tensor<2x3x2x3x4xf32>) -> tensor<2x3x8xf32> {
  %y = onnx.node "MultiHeadAttention"(%a) {attrs = {num_heads = 4 : i64}, domain = "com.microsoft", opset = 1 : i64} : (tensor<2x3x2x3x4xf32>) -> tensor<2x3x8xf32>
  return %y : tensor<2x3x8xf32>
}

// -----

// CHECK-LABEL: func @wide_codes
// CHECK:         "MatMulNBits"
// CHECK-SAME:    ecolm.refusal = "has a matrix or scales that do not fit N, K and block_size"
func.func @wide_codes(%a: tensor<2x16xf32>) -> tensor<2x3xf32> {
  %c0 = onnx.initializer "c0" dense<17.0> : tensor<3x1x8xf32>
  %c1 = onnx.initializer "c1" dense<0.5> : tensor<3xf32>
  %y = onnx.node "MatMulNBits"(%a, %c0, %c1) {attrs = {K = 16 : i64, N = 3 : i64, bits = 4 : i64, block_size = 16 : i64}, domain = "com.microsoft", opset = 1 : i64} : (tensor<2x16xf32>, tensor<3x1x8xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: func @gathered_floats
// CHECK:         "GatherBlockQuantized"
// CHECK-SAME:    ecolm.refusal = "expects integers of 2, 4 or 8 bits, and a block_size of at least 1"
func.func @gathered_floats(%i: tensor<2xi64>) -> tensor<2x16xf32> {
  %c0 = onnx.initializer "c0" dense<1.0> : tensor<3x16xf8E4M3FN>
  %c1 = onnx.initializer "c1" dense<0.5> : tensor<3x1xf32>
  %y = onnx.node "GatherBlockQuantized"(%c0, %i, %c1) {attrs = {block_size = 16 : i64}, domain = "com.microsoft", opset = 1 : i64} : (tensor<3x16xf8E4M3FN>, tensor<2xi64>, tensor<3x1xf32>) -> tensor<2x16xf32>
  return %y : tensor<2x16xf32>
}

// -----

// CHECK-LABEL: func @gathered_input
// CHECK:         "GatherBlockQuantized"
// CHECK-SAME:    ecolm.refusal = "has a table or zero points that are not stored, or zero points that do not fit the scales"
func.func @gathered_input(%q: tensor<3x8xui8>, %i: tensor<2xi64>) -> tensor<2x16xf32> {
  %c1 = onnx.initializer "c1" dense<0.5> : tensor<3x1xf32>
  %y = onnx.node "GatherBlockQuantized"(%q, %i, %c1) {attrs = {block_size = 16 : i64}, domain = "com.microsoft", opset = 1 : i64} : (tensor<3x8xui8>, tensor<2xi64>, tensor<3x1xf32>) -> tensor<2x16xf32>
  return %y : tensor<2x16xf32>
}

// -----

// CHECK-LABEL: func @gathered_unknown
// CHECK:         "GatherBlockQuantized"
// CHECK-SAME:    ecolm.refusal = "expects a table and scales of known sizes"
func.func @gathered_unknown(%q: tensor<?x8xui8>, %i: tensor<2xi64>, %s: tensor<?x1xf32>) -> tensor<2x16xf32> {
  %y = onnx.node "GatherBlockQuantized"(%q, %i, %s) {attrs = {block_size = 16 : i64}, domain = "com.microsoft", opset = 1 : i64} : (tensor<?x8xui8>, tensor<2xi64>, tensor<?x1xf32>) -> tensor<2x16xf32>
  return %y : tensor<2x16xf32>
}

// -----

// CHECK-LABEL: func @shown_scores
// CHECK:         "MultiHeadAttention"
// CHECK-SAME:    ecolm.refusal = "has a buffer for the past, or shows its scores"
func.func @shown_scores(%a: tensor<2x3x8xf32>) -> (tensor<2x3x8xf32>, tensor<2x2x3x4xf32>, tensor<2x2x3x4xf32>, tensor<2x2x3x3xf32>) {
  %y:4 = onnx.node "MultiHeadAttention"(%a, %a, %a) {attrs = {num_heads = 2 : i64}, domain = "com.microsoft", opset = 1 : i64} : (tensor<2x3x8xf32>, tensor<2x3x8xf32>, tensor<2x3x8xf32>) -> (tensor<2x3x8xf32>, tensor<2x2x3x4xf32>, tensor<2x2x3x4xf32>, tensor<2x2x3x3xf32>)
  return %y#0, %y#1, %y#2, %y#3 : tensor<2x3x8xf32>, tensor<2x2x3x4xf32>, tensor<2x2x3x4xf32>, tensor<2x2x3x3xf32>
}

// -----

// CHECK-LABEL: func @bias_of_unknown_width
// CHECK:         "MultiHeadAttention"
// CHECK-SAME:    ecolm.refusal = "has a bias for sizes that are not known"
func.func @bias_of_unknown_width(%a: tensor<2x3x?xf32>, %ab: tensor<24xf32>) -> tensor<2x3x?xf32> {
  %y = onnx.node "MultiHeadAttention"(%a, %a, %a, %ab) {attrs = {num_heads = 2 : i64}, domain = "com.microsoft", opset = 1 : i64} : (tensor<2x3x?xf32>, tensor<2x3x?xf32>, tensor<2x3x?xf32>, tensor<24xf32>) -> tensor<2x3x?xf32>
  return %y : tensor<2x3x?xf32>
}

// -----

// CHECK-LABEL: func @rotating
// CHECK:         "Attention"
// CHECK-SAME:    ecolm.refusal = "has a buffer for the past, or rotates"
func.func @rotating(%a: tensor<2x3x8xf32>, %aw: tensor<8x24xf32>) -> tensor<2x3x8xf32> {
  %y = onnx.node "Attention"(%a, %aw) {attrs = {num_heads = 2 : i64, do_rotary = 1 : i64}, domain = "com.microsoft", opset = 1 : i64} : (tensor<2x3x8xf32>, tensor<8x24xf32>) -> tensor<2x3x8xf32>
  return %y : tensor<2x3x8xf32>
}

// -----

// CHECK-LABEL: func @two_widths
// CHECK:         "Attention"
// CHECK-SAME:    ecolm.refusal = "expects a known width, and three qkv_hidden_sizes"
func.func @two_widths(%a: tensor<2x3x8xf32>, %aw: tensor<8x24xf32>) -> tensor<2x3x8xf32> {
  %y = onnx.node "Attention"(%a, %aw) {attrs = {num_heads = 2 : i64, qkv_hidden_sizes = array<i64: 8, 16>}, domain = "com.microsoft", opset = 1 : i64} : (tensor<2x3x8xf32>, tensor<8x24xf32>) -> tensor<2x3x8xf32>
  return %y : tensor<2x3x8xf32>
}

// -----

// CHECK-LABEL: func @unknown_width
// CHECK:         "GroupQueryAttention"
// CHECK-SAME:    ecolm.refusal = "expects queries of three dimensions and a known width, num_heads and kv_num_heads"
func.func @unknown_width(%a: tensor<2x3x?xf32>, %ar: tensor<2xi32>, %at: tensor<i32>) -> (tensor<2x3x?xf32>, tensor<2x2x3x4xf32>, tensor<2x2x3x4xf32>) {
  %none = onnx.none : none
  %y:3 = onnx.node "GroupQueryAttention"(%a, %a, %a, %none, %none, %ar, %at) {attrs = {num_heads = 2 : i64, kv_num_heads = 2 : i64}, domain = "com.microsoft", opset = 1 : i64} : (tensor<2x3x?xf32>, tensor<2x3x?xf32>, tensor<2x3x?xf32>, none, none, tensor<2xi32>, tensor<i32>) -> (tensor<2x3x?xf32>, tensor<2x2x3x4xf32>, tensor<2x2x3x4xf32>)
  return %y#0, %y#1, %y#2 : tensor<2x3x?xf32>, tensor<2x2x3x4xf32>, tensor<2x2x3x4xf32>
}

// -----

// CHECK-LABEL: func @no_rows
// CHECK:         "GroupQueryAttention"
// CHECK-SAME:    ecolm.refusal = "expects the lengths of rows"
func.func @no_rows(%a: tensor<2x3x8xf32>) -> (tensor<2x3x8xf32>, tensor<2x2x3x4xf32>, tensor<2x2x3x4xf32>) {
  %none = onnx.none : none
  %y:3 = onnx.node "GroupQueryAttention"(%a, %a, %a, %none, %none, %none, %none) {attrs = {num_heads = 2 : i64, kv_num_heads = 2 : i64}, domain = "com.microsoft", opset = 1 : i64} : (tensor<2x3x8xf32>, tensor<2x3x8xf32>, tensor<2x3x8xf32>, none, none, none, none) -> (tensor<2x3x8xf32>, tensor<2x2x3x4xf32>, tensor<2x2x3x4xf32>)
  return %y#0, %y#1, %y#2 : tensor<2x3x8xf32>, tensor<2x2x3x4xf32>, tensor<2x2x3x4xf32>
}

// -----

// CHECK-LABEL: func @smooth
// CHECK:         "GroupQueryAttention"
// CHECK-SAME:    ecolm.refusal = "has a sink, or shows its scores"
func.func @smooth(%a: tensor<2x3x8xf32>, %ar: tensor<2xi32>, %at: tensor<i32>) -> (tensor<2x3x8xf32>, tensor<2x2x3x4xf32>, tensor<2x2x3x4xf32>) {
  %none = onnx.none : none
  %y:3 = onnx.node "GroupQueryAttention"(%a, %a, %a, %none, %none, %ar, %at) {attrs = {num_heads = 2 : i64, kv_num_heads = 2 : i64, smooth_softmax = 1 : i64}, domain = "com.microsoft", opset = 1 : i64} : (tensor<2x3x8xf32>, tensor<2x3x8xf32>, tensor<2x3x8xf32>, none, none, tensor<2xi32>, tensor<i32>) -> (tensor<2x3x8xf32>, tensor<2x2x3x4xf32>, tensor<2x2x3x4xf32>)
  return %y#0, %y#1, %y#2 : tensor<2x3x8xf32>, tensor<2x2x3x4xf32>, tensor<2x2x3x4xf32>
}

// -----

// CHECK-LABEL: func @no_tables
// CHECK:         "GroupQueryAttention"
// CHECK-SAME:    ecolm.refusal = "rotates without tables of cosines and sines"
func.func @no_tables(%a: tensor<2x3x8xf32>, %ar: tensor<2xi32>, %at: tensor<i32>) -> (tensor<2x3x8xf32>, tensor<2x2x3x4xf32>, tensor<2x2x3x4xf32>) {
  %none = onnx.none : none
  %y:3 = onnx.node "GroupQueryAttention"(%a, %a, %a, %none, %none, %ar, %at) {attrs = {num_heads = 2 : i64, kv_num_heads = 2 : i64, do_rotary = 1 : i64}, domain = "com.microsoft", opset = 1 : i64} : (tensor<2x3x8xf32>, tensor<2x3x8xf32>, tensor<2x3x8xf32>, none, none, tensor<2xi32>, tensor<i32>) -> (tensor<2x3x8xf32>, tensor<2x2x3x4xf32>, tensor<2x2x3x4xf32>)
  return %y#0, %y#1, %y#2 : tensor<2x3x8xf32>, tensor<2x2x3x4xf32>, tensor<2x2x3x4xf32>
}

// -----

// CHECK-LABEL: func @scaled_rotation
// CHECK:         "RotaryEmbedding"
// CHECK-SAME:    ecolm.refusal = "scales, or has rows of several lengths in one"
func.func @scaled_rotation(%a: tensor<2x3x8xf32>, %ap: tensor<2x3xi64>, %at: tensor<9x2xf32>) -> tensor<2x3x8xf32> {
  %y = onnx.node "RotaryEmbedding"(%a, %ap, %at, %at) {attrs = {scale = 2.0 : f32}, domain = "com.microsoft", opset = 1 : i64} : (tensor<2x3x8xf32>, tensor<2x3xi64>, tensor<9x2xf32>, tensor<9x2xf32>) -> tensor<2x3x8xf32>
  return %y : tensor<2x3x8xf32>
}

// -----

// CHECK-LABEL: func @flat_tables
// CHECK:         "RotaryEmbedding"
// CHECK-SAME:    ecolm.refusal = "expects positions, and tables of two dimensions"
func.func @flat_tables(%a: tensor<2x3x8xf32>, %ap: tensor<2x3xi64>, %at: tensor<9xf32>) -> tensor<2x3x8xf32> {
  %y = onnx.node "RotaryEmbedding"(%a, %ap, %at, %at) {domain = "com.microsoft", opset = 1 : i64} : (tensor<2x3x8xf32>, tensor<2x3xi64>, tensor<9xf32>, tensor<9xf32>) -> tensor<2x3x8xf32>
  return %y : tensor<2x3x8xf32>
}

// -----

// CHECK-LABEL: func @flat_rotation
// CHECK:         "RotaryEmbedding"
// CHECK-SAME:    ecolm.refusal = "expects three or four dimensions of known widths"
func.func @flat_rotation(%a: tensor<2x8xf32>, %ap: tensor<2x3xi64>, %at: tensor<9x2xf32>) -> tensor<2x8xf32> {
  %y = onnx.node "RotaryEmbedding"(%a, %ap, %at, %at) {domain = "com.microsoft", opset = 1 : i64} : (tensor<2x8xf32>, tensor<2x3xi64>, tensor<9x2xf32>, tensor<9x2xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}
