// RUN: ecolm-opt %s --pass-pipeline='builtin.module(gpu.module(ecolm-gpu-use-bare-pointers,convert-gpu-to-nvvm,reconcile-unrealized-casts))' \
// RUN:   | FileCheck %s

// One pointer for every buffer; the unknown number of rows is nobody's concern.

// CHECK-LABEL: llvm.func @copy(
//  CHECK-SAME:     %[[X:[^ ,]*]]: !llvm.ptr<1>, %[[Y:[^ ,]*]]: !llvm.ptr<1>, %{{[^ ,]*}}: i32)
//   CHECK-DAG:   llvm.addrspacecast %[[X]] : !llvm.ptr<1> to !llvm.ptr
//   CHECK-DAG:   llvm.addrspacecast %[[Y]] : !llvm.ptr<1> to !llvm.ptr
//   CHECK-NOT:   unrealized_conversion_cast
//       CHECK:   llvm.load
//       CHECK:   llvm.store
gpu.module @kernels {
  gpu.func @copy(%x: memref<?x64xi8>, %y: memref<?x64xi8>, %n: i32) kernel {
    %row = gpu.block_id x
    %column = gpu.thread_id x
    %value = memref.load %x[%row, %column] : memref<?x64xi8>
    memref.store %value, %y[%row, %column] : memref<?x64xi8>
    gpu.return
  }
}
