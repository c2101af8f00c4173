; Capture names are kinds of facts; how a node is read stands in languages/csharp.py.
(using_directive) @import
(class_declaration) @type
(interface_declaration) @type
(struct_declaration) @type
(record_declaration) @type
(enum_declaration) @type
(method_declaration) @function
(constructor_declaration) @function
(destructor_declaration) @function
(local_function_statement) @function
(lambda_expression) @lambda
(anonymous_method_expression) @lambda
(invocation_expression) @call
(object_creation_expression) @call
(implicit_object_creation_expression) @call
(field_declaration (variable_declaration (variable_declarator) @field))
(property_declaration) @field
(class_declaration (parameter_list (parameter) @field))
(variable_declarator) @assignment
(assignment_expression) @assignment
(postfix_unary_expression) @assignment
(prefix_unary_expression) @assignment
(while_statement body: (_) @block.loop)
(do_statement body: (_) @block.loop)
(for_statement body: (_) @block.loop)
(foreach_statement body: (_) @block.loop)
(try_statement body: (_) @block.try)
(catch_clause) @block.catch
(finally_clause) @block.finally
(using_statement) @block.with
(lock_statement) @block.with
(if_statement consequence: (_) @block.conditional)
(if_statement alternative: [(block) (expression_statement) (return_statement) (throw_statement) (continue_statement) (break_statement)] @block.conditional)
(switch_section) @block.conditional
(switch_expression_arm) @block.conditional
(throw_statement) @jump.throw
(throw_expression) @jump.throw
(return_statement) @jump.return
(continue_statement) @jump.continue
(break_statement) @jump.break
(comment) @comment
