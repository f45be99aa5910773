// RUN: ecolm-opt %s | ecolm-opt | FileCheck %s
// RUN: ecolm-opt %s --mlir-print-op-generic | ecolm-opt | FileCheck %s
// RUN: ecolm-opt %s --emit-bytecode | ecolm-opt | FileCheck %s

// The first case of every operation is the example of its description.

// CHECK-LABEL: func @log_quantize
// CHECK: ecolm.log_quantize %{{.*}} : tensor<1x?x256xf32> -> tensor<1x?x256x!ecolm.pot<min = -6, max = 1>>
// CHECK: ecolm.log_quantize %{{.*}} rounding <nearest_log> underflow <clamp> : tensor<1x?x256xf32>
func.func @log_quantize(%x: tensor<1x?x256xf32>) {
  %q = ecolm.log_quantize %x : tensor<1x?x256xf32>
      -> tensor<1x?x256x!ecolm.pot<min = -6, max = 1>>
  %r = ecolm.log_quantize %x rounding <nearest_log> underflow <clamp>
      : tensor<1x?x256xf32> -> tensor<1x?x256x!ecolm.pot<min = -6, max = 1>>
  return
}

// CHECK-LABEL: func @ternary_quantize
// CHECK: ecolm.ternary_quantize %{{.*}} rule <absmean> scale <absmean> : tensor<768x768xf32> -> tensor<768x768x!ecolm.ternary>, tensor<f32>
// CHECK: ecolm.ternary_quantize %{{.*}} rule <given> group -1 threshold 5.000000e-02
// CHECK: ecolm.ternary_quantize %{{.*}} rule <twn> scale <absmean_above> group 100
// CHECK: ecolm.ternary_quantize %{{.*}} rule <half_std>
func.func @ternary_quantize(%w: tensor<768x768xf32>) {
  %codes, %scale = ecolm.ternary_quantize %w rule <absmean>
      scale <absmean> : tensor<768x768xf32>
      -> tensor<768x768x!ecolm.ternary>, tensor<f32>
  %c1, %s1 = ecolm.ternary_quantize %w rule <given> group -1 threshold 0.05
      : tensor<768x768xf32> -> tensor<768x768x!ecolm.ternary>, tensor<768xf32>
  %c2, %s2 = ecolm.ternary_quantize %w rule <twn> scale <absmean_above> group 100
      : tensor<768x768xf32> -> tensor<768x768x!ecolm.ternary>, tensor<768x8xf32>
  %c3, %s3 = ecolm.ternary_quantize %w rule <half_std>
      : tensor<768x768xf32> -> tensor<768x768x!ecolm.ternary>, tensor<f32>
  return
}

// CHECK-LABEL: func @pot_quantize
// CHECK: ecolm.pot_quantize %{{.*}}, %{{.*}} : tensor<768x768xf32>, tensor<f32> -> tensor<768x768x!ecolm.pot<min = 0, max = 7>>
// CHECK: ecolm.pot_quantize %{{.*}}, %{{.*}} rounding <nearest> underflow <clamp> round_to_integer
func.func @pot_quantize(%w: tensor<768x768xf32>, %scale: tensor<f32>,
                        %scales: tensor<768x6xf32>) {
  %codes = ecolm.pot_quantize %w, %scale rounding <nearest_log>
      : tensor<768x768xf32>, tensor<f32>
      -> tensor<768x768x!ecolm.pot<min = 0, max = 7>>
  %grouped = ecolm.pot_quantize %w, %scales rounding <nearest> underflow <clamp>
      round_to_integer : tensor<768x768xf32>, tensor<768x6xf32>
      -> tensor<768x768x!ecolm.pot<min = 0, max = 7, zero = false>>
  return
}

// CHECK-LABEL: func @quantize_int8
// CHECK: ecolm.quantize_int8 %{{.*}} : tensor<1x?x768xf32> -> tensor<1x?x768xi8>, tensor<1x?xf32>
func.func @quantize_int8(%x: tensor<1x?x768xf32>) {
  %codes, %scale = ecolm.quantize_int8 %x : tensor<1x?x768xf32>
      -> tensor<1x?x768xi8>, tensor<1x?xf32>
  // CHECK: ecolm.quantize_int8 %{{.*}} epsilon 1.000000e-03 : tensor<1x?x768xf32>
  %codes2, %scale2 = ecolm.quantize_int8 %x epsilon 1.0e-3 : tensor<1x?x768xf32> -> tensor<1x?x768xi8>, tensor<1x?xf32>
  return
}

// CHECK-LABEL: func @dequantize
// CHECK: ecolm.dequantize %{{.*}} : tensor<1x?x256x!ecolm.pot<min = -6, max = 1>> -> tensor<1x?x256xf32>
// CHECK: ecolm.dequantize %{{.*}} scale %{{.*}} : tensor<8x768xi8>, tensor<8xf32> -> tensor<8x768xf32>
// CHECK: ecolm.dequantize %{{.*}} scale %{{.*}} : tensor<8x768xi8>, tensor<8x6xf32>
func.func @dequantize(%q: tensor<1x?x256x!ecolm.pot<min = -6, max = 1>>,
                      %codes: tensor<8x768xi8>, %s: tensor<8xf32>,
                      %groups: tensor<8x6xf32>) {
  %y = ecolm.dequantize %q
      : tensor<1x?x256x!ecolm.pot<min = -6, max = 1>> -> tensor<1x?x256xf32>
  %z = ecolm.dequantize %codes scale %s
      : tensor<8x768xi8>, tensor<8xf32> -> tensor<8x768xf32>
  %g = ecolm.dequantize %codes scale %groups
      : tensor<8x768xi8>, tensor<8x6xf32> -> tensor<8x768xf32>
  return
}

// CHECK-LABEL: func @butterfly_factor
// CHECK: ecolm.butterfly_factor %{{.*}}, %{{.*}} : tensor<1x?x256xf32>, tensor<16x16x16x1x!ecolm.ternary> -> tensor<1x?x256xf32>
// CHECK: ecolm.butterfly_factor %{{.*}}, %{{.*}} : tensor<1x?x256xf32>, tensor<16x16x16x1x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>> -> tensor<1x?x256xf32>
func.func @butterfly_factor(
    %x: tensor<1x?x256xf32>, %v: tensor<16x16x16x1x!ecolm.ternary>,
    %p: tensor<16x16x16x1x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>>) {
  %y = ecolm.butterfly_factor %x, %v : tensor<1x?x256xf32>,
      tensor<16x16x16x1x!ecolm.ternary> -> tensor<1x?x256xf32>
  %z = ecolm.butterfly_factor %x, %p : tensor<1x?x256xf32>,
      tensor<16x16x16x1x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>>
      -> tensor<1x?x256xf32>
  return
}

// CHECK-LABEL: func @butterfly
// CHECK: ecolm.butterfly %{{.*}}, %{{.*}}, %{{.*}} : (tensor<1x?x256x!ecolm.pot<min = -6, max = 1>>, tensor<16x16x16x1x!ecolm.ternary>, tensor<1x16x16x16x!ecolm.ternary>) -> tensor<1x?x256xi32>
func.func @butterfly(%x: tensor<1x?x256x!ecolm.pot<min = -6, max = 1>>,
                     %f0: tensor<16x16x16x1x!ecolm.ternary>,
                     %f1: tensor<1x16x16x16x!ecolm.ternary>) {
  %y = ecolm.butterfly %x, %f0, %f1
      : (tensor<1x?x256x!ecolm.pot<min = -6, max = 1>>,
         tensor<16x16x16x1x!ecolm.ternary>, tensor<1x16x16x16x!ecolm.ternary>)
      -> tensor<1x?x256xi32>
  return
}

// Three inputs are padded to four, and of two stacks of four outputs seven stay.
// CHECK-LABEL: func @butterfly_stacks
// CHECK: ecolm.butterfly %{{.*}}, %{{.*}}, %{{.*}} arithmetic <shift_add> :
func.func @butterfly_stacks(%x: tensor<8x3xi8>,
                            %f0: tensor<2x2x2x2x1x!ecolm.ternary>,
                            %f1: tensor<2x1x2x2x2xi8>) -> tensor<8x7xi32> {
  %y = ecolm.butterfly %x, %f0, %f1 arithmetic <shift_add>
      : (tensor<8x3xi8>, tensor<2x2x2x2x1x!ecolm.ternary>,
         tensor<2x1x2x2x2xi8>) -> tensor<8x7xi32>
  return %y : tensor<8x7xi32>
}

// CHECK-LABEL: func @rotate
// CHECK: ecolm.rotate %{{.*}}, %{{.*}} stride 4 : tensor<8x64xf32>, tensor<32xf32>
// CHECK: ecolm.rotate %{{.*}}, %{{.*}} pairs %{{.*}} convention <cos_plus_sin> : tensor<8x64xf32>, tensor<32xf32>, tensor<32x2xi32>
func.func @rotate(%x: tensor<8x64xf32>, %angles: tensor<32xf32>,
                  %p: tensor<32x2xi32>) {
  %y = ecolm.rotate %x, %angles stride 4 : tensor<8x64xf32>, tensor<32xf32>
  %z = ecolm.rotate %x, %angles pairs %p convention <cos_plus_sin>
      : tensor<8x64xf32>, tensor<32xf32>, tensor<32x2xi32>
  return
}

// CHECK-LABEL: func @permute
// CHECK: ecolm.permute %{{.*}} bit_reversal : tensor<8x64xf32>
// CHECK: ecolm.permute %{{.*}} indices [2, 0, 1] : tensor<8x3xf32>
func.func @permute(%x: tensor<8x64xf32>) {
  %y = ecolm.permute %x bit_reversal : tensor<8x64xf32>
  return
}
func.func @permute_indices(%x: tensor<8x3xf32>) {
  %z = ecolm.permute %x indices [2, 0, 1] : tensor<8x3xf32>
  return
}

// CHECK-LABEL: func @matmul
// CHECK: ecolm.matmul %{{.*}}, %{{.*}} : tensor<1x?x768xi8>, tensor<2050x768x!ecolm.ternary> -> tensor<1x?x2050xi32>
// CHECK: ecolm.matmul %{{.*}}, %{{.*}} arithmetic <shift_add> : tensor<1x?x768xi8>, tensor<2050x768x!ecolm.pot<min = 0, max = 6>> -> tensor<1x?x2050xi32>
// CHECK: ecolm.matmul %{{.*}}, %{{.*}} arithmetic <exponent_add> : tensor<1x?x768xf32>
func.func @matmul(%x: tensor<1x?x768xi8>, %f: tensor<1x?x768xf32>,
                  %w: tensor<2050x768x!ecolm.ternary>,
                  %p: tensor<2050x768x!ecolm.pot<min = 0, max = 6>>) {
  %y = ecolm.matmul %x, %w : tensor<1x?x768xi8>,
      tensor<2050x768x!ecolm.ternary> -> tensor<1x?x2050xi32>
  %z = ecolm.matmul %x, %p arithmetic <shift_add> : tensor<1x?x768xi8>,
      tensor<2050x768x!ecolm.pot<min = 0, max = 6>> -> tensor<1x?x2050xi32>
  %u = ecolm.matmul %f, %p arithmetic <exponent_add> : tensor<1x?x768xf32>,
      tensor<2050x768x!ecolm.pot<min = 0, max = 6>> -> tensor<1x?x2050xf32>
  return
}

// CHECK-LABEL: func @matmul_packed
// CHECK: tensor<2050x768x!ecolm.ternary, #ecolm.packed<base3>>
// CHECK: tensor<8x16xf32, #ecolm.packed<plain, lanes = 16>>
func.func @matmul_packed(
    %x: tensor<1x?x768x!ecolm.pot<min = -6, max = 1>>, %f: tensor<16xf32>,
    %w: tensor<2050x768x!ecolm.ternary, #ecolm.packed<base3>>,
    %g: tensor<8x16xf32, #ecolm.packed<plain, lanes = 16>>) {
  %y = ecolm.matmul %x, %w : tensor<1x?x768x!ecolm.pot<min = -6, max = 1>>,
      tensor<2050x768x!ecolm.ternary, #ecolm.packed<base3>>
      -> tensor<1x?x2050xi32>
  %z = ecolm.matmul %f, %g : tensor<16xf32>,
      tensor<8x16xf32, #ecolm.packed<plain, lanes = 16>> -> tensor<8xf32>
  return
}

// CHECK-LABEL: func @group_matmul
// CHECK: ecolm.group_matmul %{{.*}}, %{{.*}} scales %{{.*}} group 128 : tensor<1x?x768xf32>, tensor<2050x768x!ecolm.ternary>, tensor<2050x6xf32> -> tensor<1x?x2050xf32>
// CHECK: ecolm.group_matmul %{{.*}}, %{{.*}} scales %{{.*}} offsets %{{.*}} group 128 : tensor<1x?x768xf32>, tensor<2050x768xi4>, tensor<2050x6xf32>, tensor<2050x6xf32> -> tensor<1x?x2050xf32>
// CHECK: ecolm.group_matmul {{.*}} group 500 : tensor<1x?x768xi8>, tensor<2050x768xi2>, tensor<2050x2xf32> -> tensor<1x?x2050xf32>
func.func @group_matmul(%x: tensor<1x?x768xf32>, %q: tensor<1x?x768xi8>,
                        %w: tensor<2050x768x!ecolm.ternary>,
                        %v: tensor<2050x768xi4>, %u: tensor<2050x768xi2>,
                        %s: tensor<2050x6xf32>, %o: tensor<2050x6xf32>,
                        %two: tensor<2050x2xf32>) {
  %y = ecolm.group_matmul %x, %w scales %s group 128
      : tensor<1x?x768xf32>, tensor<2050x768x!ecolm.ternary>,
        tensor<2050x6xf32> -> tensor<1x?x2050xf32>
  %z = ecolm.group_matmul %x, %v scales %s offsets %o group 128
      : tensor<1x?x768xf32>, tensor<2050x768xi4>, tensor<2050x6xf32>,
        tensor<2050x6xf32> -> tensor<1x?x2050xf32>
  %a = ecolm.group_matmul %q, %u scales %two group 500
      : tensor<1x?x768xi8>, tensor<2050x768xi2>, tensor<2050x2xf32>
        -> tensor<1x?x2050xf32>
  return
}

// CHECK-LABEL: func @shift
// CHECK: ecolm.shift %{{.*}} by [-7] : tensor<1x?x256xf32>
// CHECK: ecolm.shift %{{.*}} by [3, -2, 0] rounding <half_even> : tensor<8x3xi32>
// CHECK: ecolm.shift %{{.*}} by [-7] arithmetic <exponent_add> : tensor<1x?x256xf32>
func.func @shift(%x: tensor<1x?x256xf32>, %acc: tensor<8x3xi32>) {
  %y = ecolm.shift %x by [-7] : tensor<1x?x256xf32>
  %z = ecolm.shift %acc by [3, -2, 0] rounding <half_even> : tensor<8x3xi32>
  %u = ecolm.shift %x by [-7] arithmetic <exponent_add> : tensor<1x?x256xf32>
  return
}

// CHECK-LABEL: ecolm.weight @query_0 : tensor<16x16x16x1x!ecolm.ternary> = dense<27> : tensor<1024xui8> packing <codes2>
// CHECK: ecolm.weight @gamma : tensor<4xf32> = dense<1.000000e+00> : tensor<4xf32>
// CHECK: ecolm.weight @lm_head : tensor<65x256xf32> = dense<5.000000e-01> : tensor<256x65xf32> transposed
ecolm.weight @query_0 : tensor<16x16x16x1x!ecolm.ternary>
    = dense<27> : tensor<1024xui8> packing <codes2>
ecolm.weight @gamma : tensor<4xf32> = dense<1.0> : tensor<4xf32>
ecolm.weight @lm_head : tensor<65x256xf32>
    = dense<0.5> : tensor<256x65xf32> transposed

// CHECK: ecolm.weight @resource : tensor<2x2xf32> = dense_resource<rows> : tensor<2x2xf32>
// CHECK: ecolm.weight @flat : tensor<2x2xf32> = dense_resource<rows> : tensor<4xf32>
ecolm.weight @resource : tensor<2x2xf32> = dense_resource<rows> : tensor<2x2xf32>
ecolm.weight @flat : tensor<2x2xf32> = dense_resource<rows> : tensor<4xf32>

// CHECK: ecolm.weight @bytes : tensor<2x3x!ecolm.ternary> = dense<{{.*}}> : tensor<3x2xi8> packing <bytes> transposed
// CHECK: ecolm.weight @base3 : tensor<2x3x!ecolm.ternary> = dense<{{.*}}> : tensor<2xui8> packing <base3>
// CHECK: ecolm.weight @nibbles : tensor<3x!ecolm.pot<min = 0, max = 7, zero = false>> = dense<{{.*}}> : tensor<2xui8> packing <nibbles>
// CHECK: ecolm.weight @pot : tensor<2x!ecolm.pot<min = 0, max = 15>, #ecolm.packed<bytes>> = dense<[16, -16]> : tensor<2xi8> packing <bytes>
ecolm.weight @bytes : tensor<2x3x!ecolm.ternary>
    = dense<[[1, 0], [-1, 1], [0, 0]]> : tensor<3x2xi8> packing <bytes> transposed
ecolm.weight @base3 : tensor<2x3x!ecolm.ternary>
    = dense<[121, 1]> : tensor<2xui8> packing <base3>
ecolm.weight @nibbles : tensor<3x!ecolm.pot<min = 0, max = 7, zero = false>>
    = dense<[33, 3]> : tensor<2xui8> packing <nibbles>
ecolm.weight @pot : tensor<2x!ecolm.pot<min = 0, max = 15>, #ecolm.packed<bytes>>
    = dense<[16, -16]> : tensor<2xi8> packing <bytes>

// CHECK-LABEL: func @get_weight
// CHECK: ecolm.get_weight @gamma : tensor<4xf32>
func.func @get_weight() {
  %w = ecolm.get_weight @gamma : tensor<4xf32>
  return
}

// CHECK-LABEL: func @norms
// CHECK: ecolm.layer_norm %{{.*}}, %{{.*}}, %{{.*}} epsilon 9.99999974E-6 : tensor<1x?x256xf32>, tensor<256xf32>, tensor<256xf32>
// CHECK: ecolm.layer_norm %{{.*}}, %{{.*}} epsilon 9.99999974E-6 : tensor<1x?x256xf32>, tensor<256xf32>
// CHECK: ecolm.rms_norm %{{.*}}, %{{.*}} epsilon 9.99999997E-7 : tensor<1x?x256xf32>, tensor<256xf32>
func.func @norms(%x: tensor<1x?x256xf32>, %gamma: tensor<256xf32>,
                 %beta: tensor<256xf32>) {
  %y = ecolm.layer_norm %x, %gamma, %beta epsilon 1.0e-05
      : tensor<1x?x256xf32>, tensor<256xf32>, tensor<256xf32>
  %z = ecolm.layer_norm %x, %gamma epsilon 1.0e-05
      : tensor<1x?x256xf32>, tensor<256xf32>
  %u = ecolm.rms_norm %x, %gamma epsilon 1.0e-06
      : tensor<1x?x256xf32>, tensor<256xf32>
  return
}

// The example of rms_norm is stated with the name %y.
func.func @rms_norm(%x: tensor<1x?x256xf32>, %gamma: tensor<256xf32>) {
  %y = ecolm.rms_norm %x, %gamma epsilon 1.0e-06
      : tensor<1x?x256xf32>, tensor<256xf32>
  return
}

// CHECK-LABEL: func @attention
// CHECK: ecolm.attention %{{.*}}, %{{.*}}, %{{.*}} heads 8 kv_heads 4 scale 0.176776692 causal : tensor<1x?x256xf32>, tensor<1x?x128xf32>, tensor<1x?x128xf32>
// CHECK: ecolm.attention %{{.*}}, %{{.*}}, %{{.*}} heads 8 kv_heads 4 scale 1.250000e-01 causal probabilities <min = -10, max = 0> : tensor<1x?x256xf32>
// CHECK: ecolm.attention %{{.*}}, %{{.*}}, %{{.*}} heads 8 kv_heads 4 scale 5.000000e-01 : tensor<1x?x256xf32>
func.func @attention(%q: tensor<1x?x256xf32>, %k: tensor<1x?x128xf32>,
                     %v: tensor<1x?x128xf32>) {
  %y = ecolm.attention %q, %k, %v heads 8 kv_heads 4 scale 0.176776695 causal
      : tensor<1x?x256xf32>, tensor<1x?x128xf32>, tensor<1x?x128xf32>
  %z = ecolm.attention %q, %k, %v heads 8 kv_heads 4 scale 0.125 causal
      probabilities <min = -10, max = 0>
      : tensor<1x?x256xf32>, tensor<1x?x128xf32>, tensor<1x?x128xf32>
  %w = ecolm.attention %q, %k, %v heads 8 kv_heads 4 scale 0.5
      : tensor<1x?x256xf32>, tensor<1x?x128xf32>, tensor<1x?x128xf32>
  return
}

// CHECK-LABEL: func @cached_attention
// CHECK: ecolm.cached_attention %{{.*}}, %{{.*}}, %{{.*}} at %{{.*}} cache %{{.*}}, %{{.*}} heads 8 kv_heads 4 scale 0.176776692 : tensor<1x?x256xf32>, tensor<1x?x128xf32>, tensor<1x?x128xf32>, memref<4x16x32x16xf32>, memref<4x256x32xf32>
// CHECK: ecolm.cached_attention {{.*}} scale 1.000000e+00 probabilities <min = -8, max = 0, rounding = nearest, underflow = clamp> :
func.func @cached_attention(
    %q: tensor<1x?x256xf32>, %k: tensor<1x?x128xf32>, %v: tensor<1x?x128xf32>,
    %position: index, %kc: memref<4x16x32x16xf32>, %vc: memref<4x256x32xf32>) {
  %y = ecolm.cached_attention %q, %k, %v at %position
      cache %kc, %vc heads 8 kv_heads 4 scale 0.176776695
      : tensor<1x?x256xf32>, tensor<1x?x128xf32>, tensor<1x?x128xf32>,
        memref<4x16x32x16xf32>, memref<4x256x32xf32>
  %z = ecolm.cached_attention %q, %k, %v at %position
      cache %kc, %vc heads 8 kv_heads 4 scale 1.0
      probabilities <min = -8, max = 0, rounding = nearest, underflow = clamp>
      : tensor<1x?x256xf32>, tensor<1x?x128xf32>, tensor<1x?x128xf32>,
        memref<4x16x32x16xf32>, memref<4x256x32xf32>
  return
}

// CHECK-LABEL: func @positions
// CHECK: ecolm.positions %{{.*}} : tensor<?xi64>
// CHECK: ecolm.positions %{{.*}} from %{{.*}} : tensor<?xi64>
func.func @positions(%count: index, %start: index) {
  %p = ecolm.positions %count : tensor<?xi64>
  %r = ecolm.positions %count from %start : tensor<?xi64>
  return
}

{-#
  dialect_resources: {
    builtin: {
      rows: "0x040000000000803F000000400000404000008040"
    }
  }
#-}

// CHECK-LABEL: func @embedding
// CHECK: ecolm.embedding %{{.*}}, %{{.*}} scales %{{.*}} group 64 : tensor<1x?xindex>, tensor<65x128xi4>, tensor<65x2xf32> -> tensor<1x?x128xf32>
// CHECK: ecolm.embedding %{{.*}}, %{{.*}} scales %{{.*}} offsets %{{.*}} group 100 : tensor<index>, tensor<65x128x!ecolm.ternary>, tensor<65x2xbf16>, tensor<65x2xbf16> -> tensor<128xf32>
func.func @embedding(%ids: tensor<1x?xindex>, %w: tensor<65x128xi4>, %s: tensor<65x2xf32>,
                     %id: tensor<index>, %t: tensor<65x128x!ecolm.ternary>, %b: tensor<65x2xbf16>) {
  %y = ecolm.embedding %ids, %w scales %s group 64
      : tensor<1x?xindex>, tensor<65x128xi4>, tensor<65x2xf32>
        -> tensor<1x?x128xf32>
  %z = ecolm.embedding %id, %t scales %b offsets %b group 100
      : tensor<index>, tensor<65x128x!ecolm.ternary>, tensor<65x2xbf16>,
        tensor<65x2xbf16> -> tensor<128xf32>
  return
}

// CHECK-LABEL: func @lookup
// CHECK: ecolm.lookup %{{.*}} at %{{.*}} : vector<16xf32>, vector<64xi32> -> vector<64xf32>
// CHECK: ecolm.lookup %{{.*}} at %{{.*}} : vector<16xi8>, vector<64xi8> -> vector<64xi8>
func.func @lookup(%table: vector<16xf32>, %words: vector<64xi32>, %bytes: vector<16xi8>,
                  %codes: vector<64xi8>) {
  %w = ecolm.lookup %table at %words : vector<16xf32>, vector<64xi32> -> vector<64xf32>
  %c = ecolm.lookup %bytes at %codes : vector<16xi8>, vector<64xi8> -> vector<64xi8>
  return
}

// CHECK-LABEL: func @dot
// CHECK: ecolm.dot %{{.*}} + (%{{.*}}, %{{.*}}) * (%{{.*}}, %{{.*}}) bound 2 : vector<16xi32>, vector<64xi8>
// CHECK: ecolm.dot %{{.*}} + (%{{.*}}) * (%{{.*}}) bound 255 : vector<2xi32>, vector<8xi8>
func.func @dot(%init: vector<16xi32>, %w0: vector<64xi8>, %w1: vector<64xi8>, %x0: vector<64xi8>,
               %x1: vector<64xi8>, %two: vector<2xi32>, %w: vector<8xi8>, %x: vector<8xi8>) {
  %sums = ecolm.dot %init + (%w0, %w1) * (%x0, %x1) bound 2
      : vector<16xi32>, vector<64xi8>
  %y = ecolm.dot %two + (%w) * (%x) bound 255 : vector<2xi32>, vector<8xi8>
  return
}
