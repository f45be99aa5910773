// RUN: not ecolm-opt %s -ecolm-lower-mul-to-shift=mode=magic 2>&1 | FileCheck %s

// CHECK: Cannot find option named 'magic'
