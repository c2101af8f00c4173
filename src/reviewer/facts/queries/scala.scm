; Capture names are kinds of facts; how a node is read stands in languages/scala.py.
(import_declaration) @import
(class_definition) @type
(trait_definition) @type
(object_definition) @type
(enum_definition) @type
(instance_expression (template_body)) @type
(function_definition) @function
(function_declaration) @function
(lambda_expression) @lambda
(call_expression arguments: (case_block) @lambda)
(call_expression) @call
(instance_expression) @call
(infix_expression operator: (identifier)) @call
(field_expression value: (call_expression)) @call
(block (field_expression) @call)
((field_expression value: [(identifier) (field_expression)]) @call
  (#match? @call "\\.(shuffle|rebalance|rescale)$"))
(indented_block (field_expression) @call)
(finally_clause (field_expression) @call)
(template_body (val_definition) @field)
(template_body (var_definition) @field)
(class_parameter) @field
(val_definition) @assignment
(var_definition) @assignment
(assignment_expression) @assignment
(enumerator) @assignment
(infix_expression operator: (operator_identifier)) @assignment
(while_expression body: (_) @block.loop)
(do_while_expression body: (_) @block.loop)
(for_expression body: (_) @block.loop)
(try_expression body: (_) @block.try)
(catch_clause (case_block (case_clause) @block.catch))
(catch_clause (indented_cases (case_clause) @block.catch))
(finally_clause) @block.finally
(if_expression consequence: (_) @block.conditional)
(if_expression alternative: (_) @block.conditional)
(match_expression body: (_ (case_clause) @block.conditional))
(throw_expression) @jump.throw
(return_expression) @jump.return
; The last expression of a function is what it gives back.
(function_definition body:
  [(identifier) (field_expression) (call_expression) (infix_expression) (instance_expression) (tuple_expression) (if_expression) (match_expression)] @jump.return)
(function_definition body: [(block
  [(identifier) (field_expression) (call_expression) (infix_expression) (instance_expression) (tuple_expression) (if_expression) (match_expression)] @jump.return .) (indented_block
  [(identifier) (field_expression) (call_expression) (infix_expression) (instance_expression) (tuple_expression) (if_expression) (match_expression)] @jump.return .)])
(function_definition body: (block (try_expression body: (block
  [(identifier) (field_expression) (call_expression) (infix_expression) (instance_expression) (tuple_expression) (if_expression) (match_expression)] @jump.return .)) .))
(comment) @comment
(block_comment) @comment
