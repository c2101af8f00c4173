; Capture names are kinds of facts; how a node is read stands in languages/python.py.
(import_statement) @import
(import_from_statement) @import
(class_definition) @type
(function_definition) @function
(lambda) @lambda
(call) @call
(assignment) @assignment
(augmented_assignment) @assignment
(while_statement) @block.loop
(for_statement body: (_) @block.loop)
(try_statement body: (block) @block.try)
(except_clause) @block.catch
(finally_clause) @block.finally
(if_statement consequence: (_) @block.conditional)
(elif_clause consequence: (_) @block.conditional)
(else_clause) @block.conditional
(case_clause) @block.conditional
(with_statement) @block.with
(raise_statement) @jump.throw
(return_statement) @jump.return
(continue_statement) @jump.continue
(break_statement) @jump.break
(yield) @jump.yield
(comment) @comment
