; Capture names are kinds of facts; how a node is read stands in languages/rust.py.
(use_declaration) @import
(extern_crate_declaration) @import
(mod_item) @module
(struct_item) @type
(type_item) @type
(enum_item) @type
(union_item) @type
(trait_item) @type
(impl_item) @type
(function_item) @function
(function_signature_item) @function
(closure_expression) @lambda
(async_block) @lambda
(call_expression) @call
(macro_invocation) @call
(struct_expression) @call
(const_item) @field
(static_item) @field
(struct_item body: (field_declaration_list (field_declaration) @field))
(let_declaration) @assignment
(match_arm) @assignment
(let_condition) @assignment
(assignment_expression) @assignment
(compound_assignment_expr) @assignment
(loop_expression body: (_) @block.loop)
(while_expression body: (_) @block.loop)
(for_expression body: (_) @block.loop)
(if_expression consequence: (_) @block.conditional)
(else_clause (block) @block.conditional)
(match_arm) @block.conditional
; The arm of an error catches what the matched call gives; `?` hands it to the caller.
(match_expression value: (_) @block.try
  body: (match_block (match_arm pattern: (match_pattern (tuple_struct_pattern type: (identifier) @_error))) @block.catch)
  (#eq? @_error "Err"))
(if_expression
  condition: (let_condition pattern: (tuple_struct_pattern type: (identifier) @_error) value: (_) @block.try)
  consequence: (block) @block.catch
  (#eq? @_error "Err"))
(try_expression) @jump.throw
(return_expression) @jump.return
(continue_expression) @jump.continue
(break_expression) @jump.break
(line_comment) @comment
(block_comment) @comment
