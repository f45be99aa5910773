// RUN: ecolm-opt %s --split-input-file --verify-diagnostics --ecolm-time-layers

// expected-error @below {{expected the layers of a function main of one block, as ecolm-describe-layers leaves them}}
module {
  func.func @main() {
    return
  }
}

// -----

// expected-error @below {{expected the layers of a function main of one block}}
module attributes {ecolm.layers = [{name = "the rest"}]} {
}
