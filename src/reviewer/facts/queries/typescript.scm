; Capture names are kinds of facts; how a node is read stands in languages/javascript.py.
(import_statement) @import
(export_statement source: (_)) @import
(variable_declarator value: (call_expression function: (identifier) @_require arguments: (arguments . (string)))
  (#eq? @_require "require")) @import
(variable_declarator value: (member_expression object: (call_expression function: (identifier) @_require arguments: (arguments . (string))))
  (#eq? @_require "require")) @import
(assignment_expression left: [(identifier) (object_pattern)]
  right: [
    (call_expression function: (identifier) @_require arguments: (arguments . (string)))
    (member_expression object: (call_expression function: (identifier) @_require arguments: (arguments . (string))))
  ]
  (#eq? @_require "require")) @import
(call_expression function: (import)) @import
(class_declaration) @type
(abstract_class_declaration) @type
(interface_declaration) @type
(enum_declaration) @type
(internal_module) @type
(class) @type
(function_declaration) @function
(function_signature) @function
(method_signature) @function
(abstract_method_signature) @function
(generator_function_declaration) @function
(method_definition) @function
(arrow_function) @lambda
(function_expression) @lambda
(generator_function) @lambda
(call_expression) @call
(new_expression) @call
(public_field_definition) @field
(program (lexical_declaration (variable_declarator) @field))
(program (variable_declaration (variable_declarator) @field))
(program (export_statement (lexical_declaration (variable_declarator) @field)))
(variable_declarator) @assignment
(required_parameter (accessibility_modifier)) @assignment
(assignment_expression) @assignment
(augmented_assignment_expression) @assignment
(update_expression) @assignment
(while_statement body: (_) @block.loop)
(do_statement body: (_) @block.loop)
(for_statement body: (_) @block.loop)
(for_in_statement body: (_) @block.loop)
(try_statement body: (_) @block.try)
(catch_clause) @block.catch
(finally_clause) @block.finally
; What is given to `.catch()` catches what came before it in the chain; so does `if (err)` in a callback whose first parameter is an error.
(call_expression
  function: (member_expression object: (_) @block.try property: (property_identifier) @_catch)
  arguments: (arguments . [(arrow_function) (function_expression)] @block.catch)
  (#eq? @_catch "catch"))
(call_expression
  arguments: (arguments [
    (arrow_function parameters: (formal_parameters . (required_parameter pattern: (identifier) @_error))
      body: (statement_block (if_statement condition: (parenthesized_expression (identifier) @_tested) consequence: (_) @block.catch)))
    (function_expression parameters: (formal_parameters . (required_parameter pattern: (identifier) @_error))
      body: (statement_block (if_statement condition: (parenthesized_expression (identifier) @_tested) consequence: (_) @block.catch)))
  ])
  (#eq? @_error @_tested)) @block.try
(if_statement consequence: (_) @block.conditional)
(else_clause [(statement_block) (expression_statement) (return_statement) (throw_statement) (continue_statement) (break_statement)] @block.conditional)
(switch_case) @block.conditional
(switch_default) @block.conditional
(throw_statement) @jump.throw
(return_statement) @jump.return
(continue_statement) @jump.continue
(break_statement) @jump.break
(comment) @comment
