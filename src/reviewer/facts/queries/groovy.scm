; Capture names are kinds of facts; how a node is read stands in languages/groovy.py.
(import_declaration) @import
(class_declaration) @type
(interface_declaration) @type
(enum_declaration) @type
(method_declaration) @function
(constructor_declaration) @function
(function_definition) @function
(method_invocation body: (closure) @lambda)
(argument_list (closure) @lambda)
(variable_declarator value: (closure) @lambda)
(method_invocation) @call
(object_creation_expression) @call
(juxt_function_call) @call
(field_declaration) @field
(local_variable_declaration) @assignment
(assignment_expression) @assignment
(update_expression) @assignment
(while_statement body: (_) @block.loop)
(for_statement body: (_) @block.loop)
(enhanced_for_statement body: (_) @block.loop)
(try_statement body: (_) @block.try)
(catch_clause) @block.catch
(finally_clause) @block.finally
(if_statement consequence: (_) @block.conditional)
(if_statement alternative: (_) @block.conditional)
(throw_statement) @jump.throw
(return_statement) @jump.return
(continue_statement) @jump.continue
(break_statement) @jump.break
(line_comment) @comment
(block_comment) @comment
