// RUN: not ecolm-opt %s -ecolm-pack-weights="packing=zip" 2>&1 | FileCheck %s --check-prefix=PACKING
// RUN: not ecolm-opt %s -ecolm-pack-weights="lanes=24" 2>&1 | FileCheck %s --check-prefix=LANES

// PACKING: unknown packing 'zip'
// LANES: expected lanes to be 0 or a power of two up to 128, but found 24
