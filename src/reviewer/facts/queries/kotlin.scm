; Capture names are kinds of facts; how a node is read stands in languages/kotlin.py.
(import) @import
(class_declaration) @type
(object_declaration) @type
(companion_object) @type
(object_literal) @type
(function_declaration) @function
(secondary_constructor) @function
(anonymous_function) @function
(lambda_literal) @lambda
(call_expression) @call
(class_body (property_declaration) @field)
(class_parameter) @field
(source_file (property_declaration) @field)
(block (property_declaration) @assignment)
(lambda_literal (property_declaration) @assignment)
(assignment) @assignment
(unary_expression) @assignment
(while_statement) @block.loop
(do_while_statement) @block.loop
(for_statement (variable_declaration) (_) (_) @block.loop)
(try_expression . (block) @block.try)
(catch_block) @block.catch
(finally_block) @block.finally
(if_expression condition: (_) (_) @block.conditional)
(when_entry) @block.conditional
(throw_expression) @jump.throw
((identifier) @jump.break (#eq? @jump.break "break"))
((identifier) @jump.continue (#eq? @jump.continue "continue"))
(return_expression) @jump.return
(function_body "=" (_) @jump.return)
[(line_comment) (block_comment)] @comment
