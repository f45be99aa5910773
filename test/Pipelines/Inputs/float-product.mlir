!pot = !ecolm.pot<min = -6, max = 0>
ecolm.weight @w : tensor<32x32x!pot> = dense<27> : tensor<512xui8> packing <nibbles>
func.func @main(%x: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %w = ecolm.get_weight @w : tensor<32x32x!pot>
  %y = ecolm.matmul %x, %w : tensor<?x32xf32>, tensor<32x32x!pot> -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}
