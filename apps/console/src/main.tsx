import { createRoot } from 'react-dom/client';
import './style/tokens.css';
import './style/parts.css';
import './style/frame.css';
import './style/conversation.css';
import './style/panels.css';
import { App } from './ui/app.js';

const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
