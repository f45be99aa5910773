ecolm.weight @w : tensor<32x32x!ecolm.ternary> = dense<25> : tensor<256xui8> packing <codes2>
func.func @main(%x: tensor<?x32xi8>) -> tensor<?x32xi32> {
  %w = ecolm.get_weight @w : tensor<32x32x!ecolm.ternary>
  %y = ecolm.matmul %x, %w : tensor<?x32xi8>, tensor<32x32x!ecolm.ternary> -> tensor<?x32xi32>
  return %y : tensor<?x32xi32>
}
