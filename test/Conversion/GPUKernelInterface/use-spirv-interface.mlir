// RUN: ecolm-opt %s --ecolm-gpu-use-spirv-interface | FileCheck %s

//       CHECK: gpu.module @kernels attributes {spirv.target_env = #spirv.target_env<
//  CHECK-SAME:   api=Vulkan
//       CHECK: gpu.func @reverse(
//  CHECK-SAME:     %[[X:.*]]: memref<?x64xi8, #spirv.storage_class<StorageBuffer>>) kernel
//  CHECK-SAME:     spirv.entry_point_abi = #spirv.entry_point_abi<workgroup_size = [64, 1, 1]>
//       CHECK:   %[[B:.*]] = memref.alloc() : memref<64xi8, #spirv.storage_class<Workgroup>>
//       CHECK:   memref.store %{{.*}}, %[[B]]
//       CHECK: func.func @host(%[[A:.*]]: memref<?x64xi8>
//       CHECK:   %[[C:.*]] = memref.memory_space_cast %[[A]]
//       CHECK:   gpu.launch_func {{.*}} args(%[[C]] : memref<?x64xi8, #spirv.storage_class<StorageBuffer>>)
module attributes {gpu.container_module} {
  gpu.module @kernels {
    gpu.func @reverse(%x: memref<?x64xi8>)
        workgroup(%b: memref<64xi8, #gpu.address_space<workgroup>>) kernel
        attributes {known_block_size = array<i32: 64, 1, 1>} {
      %row = gpu.block_id x
      %column = gpu.thread_id x
      %last = arith.constant 63 : index
      %mirrored = arith.subi %last, %column : index
      %value = memref.load %x[%row, %column] : memref<?x64xi8>
      memref.store %value, %b[%mirrored] : memref<64xi8, #gpu.address_space<workgroup>>
      gpu.barrier
      %other = memref.load %b[%column] : memref<64xi8, #gpu.address_space<workgroup>>
      memref.store %other, %x[%row, %column] : memref<?x64xi8>
      gpu.return
    }
  }
  func.func @host(%x: memref<?x64xi8>, %rows: index) {
    %c1 = arith.constant 1 : index
    %c64 = arith.constant 64 : index
    gpu.launch_func @kernels::@reverse blocks in (%rows, %c1, %c1)
        threads in (%c64, %c1, %c1) args(%x : memref<?x64xi8>)
    return
  }
}
