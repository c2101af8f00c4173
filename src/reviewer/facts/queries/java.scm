; Capture names are kinds of facts; how a node is read stands in languages/java.py.
(import_declaration) @import
(class_declaration) @type
(interface_declaration) @type
(record_declaration) @type
(enum_declaration) @type
(object_creation_expression (class_body)) @type
(method_declaration) @function
(constructor_declaration) @function
(compact_constructor_declaration) @function
(lambda_expression) @lambda
(method_invocation) @call
(object_creation_expression) @call
(explicit_constructor_invocation) @call
(field_declaration) @field
(constant_declaration) @field
(local_variable_declaration) @assignment
(assignment_expression) @assignment
(update_expression) @assignment
(while_statement) @block.loop
(do_statement) @block.loop
(for_statement) @block.loop
(enhanced_for_statement body: (_) @block.loop)
(try_statement body: (block) @block.try)
(try_with_resources_statement resources: (_) @block.with)
(try_with_resources_statement body: (block) @block.try)
(catch_clause) @block.catch
(finally_clause) @block.finally
(if_statement consequence: (_) @block.conditional)
(if_statement alternative: (_) @block.conditional)
(switch_rule) @block.conditional
(switch_block_statement_group) @block.conditional
(throw_statement) @jump.throw
(return_statement) @jump.return
(continue_statement) @jump.continue
(break_statement) @jump.break
(line_comment) @comment
(block_comment) @comment
