; Capture names are kinds of facts; how a node is read stands in languages/go.py.
(import_spec) @import
(type_spec) @type
(type_alias) @type
(function_declaration) @function
(method_declaration) @function
(func_literal) @lambda
(call_expression) @call
(send_statement) @call
(unary_expression operator: "<-") @call
(composite_literal type: [(type_identifier) (qualified_type) (generic_type)]) @call
(source_file (const_declaration (const_spec) @field))
(source_file (var_declaration (var_spec) @field))
(source_file (var_declaration (var_spec_list (var_spec) @field)))
(field_declaration) @field
(const_spec) @assignment
(var_spec) @assignment
(short_var_declaration) @assignment
(assignment_statement) @assignment
(receive_statement left: (_)) @assignment
(type_switch_statement alias: (_)) @assignment
(inc_statement) @assignment
(dec_statement) @assignment
(for_statement body: (_) @block.loop)
(if_statement consequence: (_) @block.conditional)
(if_statement alternative: (block) @block.conditional)
; An error that is tested behind the call that gives it: the call is what is tried, the branch is what catches.
(if_statement initializer: (_) @block.try
  condition: [(binary_expression left: (identifier) @_error operator: "!=" right: (nil))
    (binary_expression left: (binary_expression left: (identifier) @_error operator: "!=" right: (nil)) operator: "&&")]
  consequence: (block) @block.catch
  (#match? @_error "^e(rr|rror)?[0-9]*$|Err(or)?$"))
(([(short_var_declaration) (assignment_statement)] @block.try) . (comment)* .
  (if_statement !initializer
    condition: [(binary_expression left: (identifier) @_error operator: "!=" right: (nil))
      (binary_expression left: (binary_expression left: (identifier) @_error operator: "!=" right: (nil)) operator: "&&")]
    consequence: (block) @block.catch)
  (#match? @_error "^e(rr|rror)?[0-9]*$|Err(or)?$"))
(expression_case) @block.conditional
(type_case) @block.conditional
(default_case) @block.conditional
(communication_case) @block.conditional
(return_statement) @jump.return
(continue_statement) @jump.continue
(break_statement) @jump.break
(comment) @comment
